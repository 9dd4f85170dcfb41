/** Commands as guides show them: what they start, what they give it, and the settings in front. No shell, just its words. */

export type Command = {
  readonly env: Record<string, string>;
  readonly program: string;
  readonly args: readonly string[];
};

const word = /'[^']*'|"[^"]*"|\\?\S/;

/** Comments are left out; what `&&`, `|`, `;` and line ends part are commands of their own. */
export function commandsIn(code: string): Command[] {
  return code
    .replace(/\\\n\s*/g, " ")
    .replace(/(^|\s)#.*$/gm, "")
    .split(/\n|&&|\|\|?|;/)
    .map((line) => line.trim())
    .filter((line) => !/^(?:|done|break|for .*)$/.test(line))
    .map((line) => commandOf(wordsOf(line.replace(/^do /, ""))));
}

function wordsOf(line: string): string[] {
  const words = line.match(new RegExp(`(?:${word.source})+`, "g")) ?? [];
  return words.map((text) => text.replace(/^(['"])(.*)\1$/s, "$2"));
}

function commandOf(words: readonly string[]): Command {
  const first = words.findIndex((text) => !/^[A-Z][A-Z0-9_]*=|^…$/.test(text));
  const settings = words.slice(0, first).filter((text) => text.includes("="));
  const env = Object.fromEntries(settings.map((text) => /^([^=]+)=(.*)$/s.exec(text)!.slice(1) as [string, string]));
  return { env, program: words[first]!, args: words.slice(first + 1) };
}
