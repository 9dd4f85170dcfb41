/** `/predict.js`: games that a plain page predicts. Has the rest of the SDK in common with `/client.js`. */
export * from "../../client/predict.ts";
