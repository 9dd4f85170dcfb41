/** A program that makes a network, runs a program in it, prints the pids of both, and waits to be killed. */
import { createNetwork } from "../../loadtest/lib/network.ts";

const network = await createNetwork();
const program = network.b.spawn("sleep", ["60"]);
console.log(JSON.stringify([network.relay, program.pid]));
