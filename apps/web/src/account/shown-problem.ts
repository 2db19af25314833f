/** What went wrong on this device, as a sentence for its person. */
export class ShownProblem extends Error {
  override readonly name = 'ShownProblem';
}
