/** An example: a piece with a counting bell, and its test. Run it with `node --test`; under vitest it is the same but for the import of `test`. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { connect, type Hereabouts } from "hereabouts/client";
import { createTestSite, until } from "hereabouts/testing";

/** The piece under test: everyone who rings makes the same number go up. */
async function ring(here: Hereabouts): Promise<void> {
  const world = await here.world("belfry");
  await world.props.set("rings", Number(world.props.get("rings") ?? 0) + 1);
}

test("two people hear the same bell, one of them far away", async () => {
  const site = await createTestSite();
  try {
    const ada = await site.connect("Ada");
    const bob = await site.connect("Bob", { weather: { delayMs: 40, jitterMs: 10, loss: 0.05 } });
    const tower = await bob.world("belfry");
    await ring(ada);
    await until(() => tower.props.get("rings") === 1);
    await ring(bob);
    await until(() => ada.joined.worlds.get("belfry")?.props.get("rings") === 2);
    assert.equal(tower.counts.people, 2);
  } finally {
    await site.close();
  }
  await assert.rejects(connect(site.url), { code: "UNREACHABLE" });
});
