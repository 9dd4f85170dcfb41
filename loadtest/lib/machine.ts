/** The machine that figures were measured on: they mean little without it. */
import { cpus, release, totalmem, type } from "node:os";

export type Machine = { cores: number; cpu: string; memoryGb: number; system: string; node: string };

export function thisMachine(): Machine {
  const cores = cpus();
  return {
    cores: cores.length,
    cpu: cores[0]?.model.trim() ?? "unknown",
    memoryGb: Math.round(totalmem() / 2 ** 30),
    system: `${type()} ${release()}`,
    node: process.version,
  };
}

/** In one line. */
export function describeMachine({ cores, cpu, memoryGb, system, node }: Machine): string {
  return `${cores} cores of ${cpu}, ${memoryGb} GB, ${system}, Node ${node}`;
}
