/** Title and Markdown of the first document of a new guest. */
export const WELCOME_TITLE = 'Welcome to Tandem';

export const WELCOME_MARKDOWN = `This page is yours. Nothing in it is precious: write over it, break it, tick the boxes, and undo what you did not mean. Undo takes back your own work only, never anybody else’s.

## Try these

- [x] Open Tandem
- [ ] Put the cursor at the end of this line and write something
- [ ] Press Enter for a new line, and Tab to move it in
  - [ ] Like this one
- [ ] Select **a few words** and choose *Bold* from the bar that appears
- [ ] Type \`/\` on an empty line to see what a line can become
- [ ] Tick this box

## Write together

Copy the link of this page and open it in a second browser, or send it to somebody. Anyone who has the link can write here.

1. You see each other’s names, cursors and selections.
2. You see who is typing.
3. If one of you makes a line a heading while the other is writing in it, both things happen. Nothing is lost.

> The best way to try this is badly: both type on the same line, at the same time.

## Is it saved?

The small label at the top tells you, and it does not guess:

- **Saved** – your words are on the server’s disk, not just on their way there.
- **Saving…** – they are on their way.
- **Reconnecting** – the server is out of reach for now. Write on; we keep trying.
- **Offline: kept on this device** – there is no network. You can write, close the page, reload it and come back: what you wrote is sent when the network is back, once.
- **View only** – you can read this page, but not change it.

Click the label to see what has not reached the server yet.

## Keys worth knowing

If you know Markdown, your hands know most of this already. At the start of a line, then a space:

~~~
#  ##  ###   heading
-            list
1.           numbered list
[]           task
>            quote
\`\`\`          code
---          line across the page
~~~

Inside a line, \`**bold**\`, \`*italic*\`, \`~~strike~~\` and \`\` \`code\` \`\` do what they say. Pasted Markdown works too.

---

When you have seen enough, select everything, delete it, and begin.
`;
