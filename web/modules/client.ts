/** `/client.js`: the SDK for plain pages. */
export * from "../../client/index.ts";
