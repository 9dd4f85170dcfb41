/** A join at the desk: in whose name it goes on, and what becomes of it when its client has gone. */
import { AsyncLocalStorage } from "node:async_hooks";
import { EventEmitter } from "node:events";
import type { ServerResponse } from "node:http";
import { expect, it, vi } from "vitest";
import { HereaboutsError } from "../schema/errors.ts";
import type { Admission, Asking } from "../services/admission/admission.ts";
import { admitJoins } from "./admission.ts";
import type { Join } from "./guard.ts";

function setUp() {
  const asked: Asking[] = [];
  const end = vi.fn();
  const enter = (asking: Asking) => {
    asked.push(asking);
    return end;
  };
  const onRefused = vi.fn();
  const presence = { hasConnection: (connection: string) => connection === "here" };
  const admit = admitJoins({ admission: { enter } as unknown as Admission, presence, onRefused });
  const res = Object.assign(new EventEmitter(), { destroyed: false }) as unknown as ServerResponse;
  const join = (body: Record<string, unknown> = {}) => ({ body }) as Join;
  return { admit, asked, end, onRefused, res, join };
}

it("[SV6] goes on in its own name, in whosever its turn comes", async () => {
  const { admit, asked, res, join } = setUp();
  const name = new AsyncLocalStorage<string>();
  const pass = vi.fn(() => name.getStore());
  name.run("own", () => admit(join(), res, pass));
  name.run("another's", () => asked[0]!.begin());
  expect(pass).not.toHaveBeenCalled();
  await Promise.resolve();
  expect(pass).toHaveReturnedWith("own");
  expect(pass).toHaveBeenCalledExactlyOnceWith();
});

it("[SV6] is told why it is refused, which is counted", () => {
  const { admit, asked, onRefused, res, join } = setUp();
  const [pass, error, own] = [vi.fn(), new HereaboutsError("BUSY"), join()];
  admit(own, res, pass);
  asked[0]!.refuse(error);
  expect(pass).toHaveBeenCalledExactlyOnceWith(error);
  expect(onRefused).toHaveBeenCalledExactlyOnceWith(own, error);
});

it.each([
  [{ connection: "here" }, true],
  [{ connection: "elsewhere" }, false],
  [{ connection: {} }, false],
  [{}, false],
])("[SV6] of %j is of one who is here: %s", (body, isHere) => {
  const { admit, asked, res, join } = setUp();
  admit(join(body), res, () => {});
  expect(asked[0]!.isHere).toBe(isHere);
});

it("[SV6] ends with its response, and does not begin when that is gone", () => {
  const { admit, asked, end, res, join } = setUp();
  admit(join(), res, () => {});
  expect(end).not.toHaveBeenCalled();
  res.emit("close");
  expect(end).toHaveBeenCalledOnce();
  res.destroyed = true;
  admit(join(), res, () => {});
  expect(asked).toHaveLength(1);
});
