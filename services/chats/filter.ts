/** The word filter: what others receive never contains what it takes out. On by default, off per instance. */
import {
  asteriskCensorStrategy,
  englishDataset,
  englishRecommendedTransformers,
  RegExpMatcher,
  TextCensor,
} from "obscenity";

const matcher = new RegExpMatcher({ ...englishDataset.build(), ...englishRecommendedTransformers });
const censor = new TextCensor().setStrategy(asteriskCensorStrategy());

/** Digits stand for letters in words: a plain number is none. */
const hasLetter = /\p{L}/u;

/** The text as others may read it; the same if there is nothing to take out. */
export function filterWords(text: string): string {
  const matches = matcher.getAllMatches(text, true).filter(({ startIndex, endIndex }) => {
    return hasLetter.test(text.slice(startIndex, endIndex + 1));
  });
  return matches.length === 0 ? text : censor.applyTo(text, matches);
}
