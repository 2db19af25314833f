/** Title and Markdown of the first document of a new guest. */
export const WELCOME_TITLE = 'Welcome to Tandem';

export const WELCOME_MARKDOWN = `This page is yours. You can change everything in it: write over it, tick the boxes, and undo mistakes. Undo reverts only your own changes.

## Try these

- [x] Open Tandem
- [ ] Put the cursor at the end of this line and write something
- [ ] Press Enter for a new line, and Tab to move it in
  - [ ] Like this one
- [ ] Select **a few words** and choose *Bold* from the bar that appears
- [ ] Type \`/\` on an empty line to see what a line can become
- [ ] Tick this box

## Write together

Copy the link of this page and open it in a second browser, or send it to another person. Everyone who has the link can write here.

1. You see each other’s names, cursors and selections.
2. You see who is typing.
3. If one of you makes a line a heading while the other writes in it, both changes are kept. Nothing is lost.

> To test this, type on the same line at the same time.

## Is it saved?

The label at the top shows it:

- **Saved** – your text is on the server’s disk.
- **Saving…** – your last changes are being saved.
- **Reconnecting** – the server cannot be reached. Keep writing: the page tries again automatically.
- **Offline: kept on this device** – there is no network. You can write, close the page, reload it and come back: your text is sent when the network is back.
- **View only** – you can read this page, but not change it.

Click the label to see the changes that are not saved yet.

## Keys worth knowing

These are the signs of Markdown. Type them at the start of a line, followed by a space:

~~~
#  ##  ###   heading
-            list
1.           numbered list
[]           task
>            quote
\`\`\`          code
---          line across the page
~~~

Inside a line, \`**bold**\`, \`*italic*\`, \`~~strike~~\` and \`\` \`code\` \`\` format text. Pasted Markdown works too.

---

When you are done, select everything, delete it, and start writing.
`;
