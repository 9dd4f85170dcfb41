/** Who someone is, said by many processes: handles are one person's in all of them, and all sign with one secret. */
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { hasRedis, noRedis, type RedisServer, startRedis } from "../chatlog/testing/redisServer.ts";
import { agreeOnSecret } from "./agreement.ts";
import { handlesContract } from "./handles.suite.ts";
import { createRedisHandles } from "./redisHandles.ts";

if (!hasRedis) console.warn(noRedis);

const refused = (code: string) => expect.objectContaining({ code });
const [one, two] = ["a secret of the test, long enough for it", "another secret of the test, as long as it"] as const;

describe.skipIf(!hasRedis)(hasRedis ? "with an own server" : noRedis, () => {
  let server: RedisServer;
  let places = 0;
  beforeAll(async () => {
    server = await startRedis();
  });
  afterAll(() => server.stop());

  handlesContract("Redis", () => {
    const key = `handles${++places}`;
    return () => createRedisHandles(server.connect(), key);
  });

  describe("[ID2] the secret that tokens are signed with", () => {
    let key: string;
    beforeEach(() => {
      key = `secret${++places}`;
    });

    it("is agreed on by the first to come, and Redis does not know it", async () => {
      await agreeOnSecret(server.connect(), one, key);
      await agreeOnSecret(server.connect(), one, key);
      expect(await server.connect().get(key)).not.toContain(one);
    });

    it("of another process is refused by a setting's name and the remedy", async () => {
      await agreeOnSecret(server.connect(), one, key);
      const refusal = agreeOnSecret(server.connect(), two, key);
      await expect(refusal).rejects.toEqual(refused("BAD_SETTING"));
      await expect(refusal).rejects.toThrow(/AUTH_SECRET.*the same AUTH_SECRET/);
    });
  });

  describe("while Redis is away", () => {
    let own: RedisServer;
    beforeEach(async () => {
      own = await startRedis();
      onTestFinished(() => own.stop());
    });

    it("[ID4] those who were here before come in, others are told", async () => {
      const handles = createRedisHandles(own.connect());
      await handles.claim("one", "ada");
      await own.kill();
      await handles.claim("one", "Ada");
      await expect(handles.claim("two", "ada")).rejects.toEqual(refused("HANDLE_TAKEN"));
      await expect(handles.claim("two", "bea")).rejects.toEqual(refused("UNAVAILABLE"));
    });

    it("[ID4] [ID2] emptied, it is told again by the processes that live", async () => {
      const redis = own.connect();
      const handles = createRedisHandles(redis);
      await handles.claim("one", "ada");
      await agreeOnSecret(redis, one);
      await own.kill();
      await own.restart({ empty: true });
      await vi.waitFor(async () =>
        expect(await own.connect().exists("hereabouts:handles", "hereabouts:secret")).toBe(2),
      );
      await expect(createRedisHandles(own.connect()).claim("two", "ADA")).rejects.toEqual(refused("HANDLE_TAKEN"));
      await expect(agreeOnSecret(own.connect(), two)).rejects.toEqual(refused("BAD_SETTING"));
    });
  });
});
