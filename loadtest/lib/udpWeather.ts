/**
 * Weather for the datagrams of one client, without root: a socket on the way between it and the server. Real packets of
 * the real protocol go through it, so that both ends see the loss and do about it what they do.
 */
import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { Path } from "./path.ts";
import type { Weather } from "./weather.ts";

export type Endpoint = { address: string; port: number };

const candidate = /^a=candidate:\d+ 1 UDP \d+ (\S+) (\d+) typ host\r?$/gm;

export class UdpWeather {
  readonly #socket: Socket;
  readonly #server: Endpoint;
  readonly #up: Path<Buffer>;
  readonly #down: Path<Buffer>;
  #client: Endpoint | undefined;

  private constructor(socket: Socket, server: Endpoint, weather: Weather, seed: number) {
    this.#socket = socket;
    this.#server = server;
    const send = (packet: Buffer, to: Endpoint) => socket.send(packet, to.port, to.address, () => {});
    this.#up = new Path(weather, seed, (packet) => send(packet, server));
    this.#down = new Path(weather, seed + 1, (packet) => this.#client && send(packet, this.#client));
    socket.on("message", (packet, from) => this.#take(packet, from));
    // what the other end has closed is told as an error of the socket: it is the weather of datagrams
    socket.on("error", () => {});
  }

  static async open(server: Endpoint, weather: Weather, seed: number): Promise<UdpWeather> {
    const socket = createSocket("udp4");
    // who listens at one address cannot send beyond this machine
    socket.bind(0, server.address === "127.0.0.1" ? server.address : "0.0.0.0");
    await once(socket, "listening");
    return new UdpWeather(socket, server, weather, seed);
  }

  get port(): number {
    return this.#socket.address().port;
  }

  close(): void {
    this.#up.close();
    this.#down.close();
    this.#socket.close();
  }

  #take(packet: Buffer, { address, port }: Endpoint): void {
    if (port === this.#server.port && address === this.#server.address) {
      this.#down.send(packet);
      return;
    }
    this.#client = { address, port };
    this.#up.send(packet);
  }
}

/** Where a server takes datagrams, by its answer to an offer: at 127.0.0.1 if it does, for the weather is on this machine. */
export function endpointOf(answer: string): Endpoint | undefined {
  const all = [...answer.matchAll(candidate)].map(
    ([, address = "", port]): Endpoint => ({ address, port: Number(port) }),
  );
  const ofIpv4 = all.filter(({ address }) => /^[\d.]+$/.test(address));
  return ofIpv4.find(({ address }) => address === "127.0.0.1") ?? ofIpv4[0];
}

/** The same answer, but that all datagrams go to a port of this machine. */
export function through(answer: string, port: number): string {
  let isFirst = true;
  return answer.replace(candidate, (line) => {
    if (!isFirst) return "a=x-without";
    isFirst = false;
    return `${line.split(" ").slice(0, 4).join(" ")} 127.0.0.1 ${port} typ host\r`;
  });
}
