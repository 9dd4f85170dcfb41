/** Text as nobody should write it, for property tests. */
import fc from "fast-check";

/** Text of any code points, halves of pairs and what turns, joins and breaks lines among them. */
export const anyText = (maxLength: number): fc.Arbitrary<string> =>
  fc
    .array(
      fc.oneof(
        fc.nat({ max: 0x10ffff }),
        fc.nat({ max: 0x17f }),
        fc.constantFrom(0x300, 0x301, 0x61c, 0x200b, 0x200d, 0x202e, 0x2028, 0x2066, 0xfeff, 0xd83d, 0xde00, 0xe0041),
      ),
      { maxLength },
    )
    .map((codes) => String.fromCodePoint(...codes));
