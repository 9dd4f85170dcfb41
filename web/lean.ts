/**
 * Leaves out of what is built for browsers what no page of this server can come to use, and its bundler cannot tell: parts of
 * Colyseus that hang on to an object or a `switch`. Knows their sources as they are: another version of them that reads
 * otherwise ends the build, and this list is to be looked through again.
 */
import type { Plugin } from "vite";

type Cut = { file: string; found: string; put: string };

const cuts: readonly Cut[] = [
  // only a server tells clients what its states are made of
  {
    file: "@colyseus/schema/build/index.mjs",
    found: "Reflection.encode = function (",
    put: "const encodeReflection = function (",
  },
  // what `$()` was before `Callbacks.get`
  {
    file: "@colyseus/schema/build/index.mjs",
    found: "return getDecoderStateCallbacks(roomOrDecoder",
    put: "throw new Error('This page has no getLegacy.', roomOrDecoder",
  },
  // this server has no WebTransport, so no seat of it asks for `h3`
  {
    file: "colyseus.js/build/Connection.mjs",
    found: "import { H3TransportTransport } from './transport/H3Transport.mjs';",
    put: "const H3TransportTransport = undefined;",
  },
  // a browser that runs these modules has `fetch`
  {
    file: "colyseus.js/build/HTTP.mjs",
    found: "import { xhrFetch } from './fetchXHR.mjs';",
    put: "const xhrFetch = undefined;",
  },
];

export const lean: Plugin = {
  name: "hereabouts:lean",
  apply: "build",
  transform: {
    filter: { id: /\/node_modules\/(@colyseus\/schema|colyseus\.js)\/build\// },
    handler(code, id) {
      const here = cuts.filter(({ file }) => id.endsWith(`/node_modules/${file}`));
      if (here.length === 0) return null;
      let cut = code;
      for (const { file, found, put } of here) {
        if (!code.includes(found)) this.error(`web/lean.ts: ${file} has no "${found}" any more.`);
        cut = cut.replaceAll(found, put);
      }
      return { code: cut, map: null };
    },
  },
};
