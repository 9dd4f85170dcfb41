/** What values settings take, as they are written: numbers, addresses, lists. Each says what it must be. */
import { isIP } from "node:net";
import { resolve } from "node:path";
import { z } from "zod";

export const whole = (min: number, max: number) =>
  z
    .string()
    .regex(/^-?\d+$/, "must be a whole number")
    .transform(Number)
    .pipe(z.number().min(min).max(max));
export const text = z.string();
/** Of the folder that the process was started in; absolute from here on. */
export const folder = z
  .string()
  .min(1)
  .transform((path) => resolve(path));
export const optionalUrl = z
  .url({ protocol: /^https?$/, error: "must be an address like https://rooms.example.org" })
  .transform((url) => url.replace(/\/+$/, ""))
  .or(z.literal(""));

export const addresses = z
  .string()
  .refine((value) => value.split(/[\s,]+/).every((one) => one === "" || isIP(one) !== 0), {
    error: "must be IP addresses with commas, like 203.0.113.7",
  });

export const origins = z.string().refine((value) => list(value).every((one) => one === "*" || isOrigin(one)), {
  error: "must be origins with commas, like https://pieces.example.org, or *",
});

/** What is listed with commas or spaces. */
export function list(value: string): string[] {
  return value.split(/[\s,]+/).filter(Boolean);
}

function isOrigin(value: string): boolean {
  return URL.canParse(value) && new URL(value).origin === value;
}

/** What express's `trust proxy` takes, but for numbers of hops: those trust whoever asks. */
export const proxies = z.string().refine((value) => value.split(/[\s,]+/).every(isProxy), {
  error: "must be addresses or ranges with commas, like 10.0.0.0/8, or loopback, linklocal or uniquelocal",
});

function isProxy(value: string): boolean {
  if (["", "loopback", "linklocal", "uniquelocal"].includes(value)) return true;
  const [, address = "", bits = "0"] = /^([^/]+)(?:\/(\d{1,3}))?$/.exec(value) ?? [];
  const version = isIP(address);
  return version !== 0 && Number(bits) <= (version === 4 ? 32 : 128);
}
