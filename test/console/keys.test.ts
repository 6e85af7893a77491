// Shows what keys and typed words mean in the console.
import { describe, expect, it } from "vitest";
import { parseSearch, textFields, writeSearch } from "../../console/app/search-fields.ts";
import { createKeySequence } from "../../console/keyboard/key-sequence.ts";
import { rankCommands } from "../../console/keyboard/rank-commands.ts";

describe("R76 the console's keys", () => {
  const commands = new Map([
    ["r", "resume"],
    ["g f", "fleet"],
    ["g r", "reports"],
  ]);

  it("are a key alone, or two in quick succession", () => {
    const press = createKeySequence();
    expect(press("r", 0, commands)).toBe("resume");
    expect(press("g", 100, commands)).toBeUndefined();
    expect(press("r", 300, commands)).toBe("reports");
    // The first key is forgotten after a while, and the second is what it is alone.
    expect(press("g", 1_000, commands)).toBeUndefined();
    expect(press("r", 9_000, commands)).toBe("resume");
    expect(press("q", 9_100, commands)).toBeUndefined();
  });

  it("commands are found by their words, those that begin with them first", () => {
    const all = ["Pause this task", "Resume this task", "Fleet"].map((label) => ({
      label,
      group: "Task",
    }));
    const found = (text: string) => rankCommands(all, text).map(({ label }) => label);
    expect(found("re")).toEqual(["Resume this task"]);
    expect(found("task res")).toEqual(["Resume this task"]);
    expect(found("")).toHaveLength(3);
    expect(found("nothing")).toEqual([]);
  });
});

describe("R76 addresses of the console", () => {
  it("say in plain words what is shown, and nothing that the screen does not know", () => {
    const fields = textFields("status", "owner");
    expect(writeSearch({ status: "idle,failed", owner: "ann o'neil", agent: undefined })).toBe(
      "?status=idle,failed&owner=ann+o%27neil",
    );
    expect(fields(parseSearch("?status=idle,failed&owner=ann+o%27neil&other=1&stuck="))).toEqual({
      status: "idle,failed",
      owner: "ann o'neil",
    });
  });
});
