/** The title of the document: what the page shows, after the number of lines that wait to be read. */

let title = document.title;
let unread = "";

export function setTitle(text: string): void {
  title = text;
  show();
}

/** `text` is empty where nothing waits. */
export function setUnread(text: string): void {
  unread = text;
  show();
}

function show(): void {
  const text = unread ? `(${unread}) ${title}` : title;
  if (document.title !== text) document.title = text;
}
