/** Several processes in one: registries that share a memory, each behind its own port of 127.0.0.1 with the audio routes. */
import type { Server } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import express from "express";
import { readConfig } from "../../../config.ts";
import type { Tokens } from "../../../services/identity/tokens.ts";
import { createSharedRigs, type RigOptions, type SharedRig } from "../../../services/sessions/testing/rig.ts";
import { testTracks } from "../../../services/sessions/testing/streams.ts";
import { errorHandler } from "../../errors.ts";
import { OperatorDoor } from "../../operatorDoor.ts";
import { audioRoutes } from "../index.ts";

export type TestProcess = SharedRig & {
  url: string;
  /** As kill -9: its connections end, and nobody listens any more. */
  kill(): void;
};

/** `tokens`: a bearer token is the person that it names. */
export async function startProcesses(count: number, limits?: RigOptions["limits"]) {
  const { rigs, ...rest } = await createSharedRigs(count, limits);
  const processes = await Promise.all(rigs.map(startProcess));
  return {
    ...rest,
    processes,
    /** Lets time pass in all of them. */
    pass: (ms: number) => processes.forEach((one) => void one.pass(ms)),
    stop: () => processes.forEach((one) => void one.kill()),
  };
}

async function startProcess(rig: SharedRig): Promise<TestProcess> {
  const { config } = readConfig({ AUTH_SECRET: "s".repeat(32) });
  const tokens = { verify: async (person: string) => ({ person, role: "member" }) } as unknown as Tokens;
  const audit = { note: async () => {}, read: async () => [] };
  const door = new OperatorDoor({ operatorPassword: "operator's", viewerPassword: "" }, audit);
  const app = express();
  app.use(audioRoutes({ ...rig, config, tokens, door, audit, tracks: () => testTracks }));
  app.use(errorHandler({ limited: () => {} } as never));
  const server = await new Promise<Server>((resolve) => {
    const listening: Server = app.listen(0, "127.0.0.1", () => resolve(listening));
  });
  const sockets = new Set<Socket>();
  server.on("connection", (socket) => void sockets.add(socket.once("close", () => sockets.delete(socket))));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  await rig.cluster.begin({ peerUrl: url, address: "" }, () => ({ seats: 0, rooms: 0 }));
  return {
    ...rig,
    url,
    kill() {
      server.close();
      for (const socket of sockets) socket.destroy();
      rig.cluster.kill();
    },
  };
}
