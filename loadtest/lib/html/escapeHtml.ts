/** Text as it may stand in HTML, in attributes too: what a server answered may be in a report. */
export function escapeHtml(text: string | number): string {
  return String(text).replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
