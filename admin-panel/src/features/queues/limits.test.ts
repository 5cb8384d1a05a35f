import { describe, expect, it } from "vitest";

import { changedLimits } from "./limits";

describe("the limits that are sent", () => {
  it("are those that were changed, so that nobody undoes what another operator has set meanwhile", () => {
    const shown = { concurrency: 4, rate: "10/m" };
    expect(changedLimits(shown, { concurrency: 4, rate: "20/m" })).toEqual({ rate_limit: "20/m" });
    expect(changedLimits(shown, { concurrency: 5, rate: " 10/m " })).toEqual({ concurrency_limit: 5 });
    expect(changedLimits(shown, shown)).toEqual({});
  });

  it("are lifted where a field was emptied", () => {
    expect(changedLimits({ concurrency: 4, rate: "10/m" }, { concurrency: "", rate: " " })).toEqual({ concurrency_limit: null, rate_limit: null });
    expect(changedLimits({ concurrency: "", rate: "" }, { concurrency: "", rate: "" })).toEqual({});
  });
});
