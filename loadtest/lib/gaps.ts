/** Whether someone who was in a chat for a while heard every line of that time once, in order. */

/** How many lines were left out, doubled or came out of order between the first and the last that was heard. */
export function gapsIn(heard: readonly number[]): number {
  let gaps = 0;
  for (let i = 1; i < heard.length; i++) gaps += Math.min(10, Math.abs(heard[i]! - heard[i - 1]! - 1));
  return gaps;
}
