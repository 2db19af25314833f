/** The version of the product, which the bundler inserts. */
declare const TANDEM_VERSION: string | undefined;

export const PRODUCT_VERSION =
  typeof TANDEM_VERSION === 'undefined' ? 'development' : TANDEM_VERSION;
