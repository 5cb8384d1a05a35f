import { expect, it } from "vitest";

import { toExchanges } from "./answers";

import { job } from "@/testing/factories";


const asked = { payload: { agent_id: "a", question: "Why?" } };
const chunk = { id: "c1", document: "notes.md", position: 0 };

it("only this agent's questions are shown", () => {
  const other = job.succeeded({ payload: { agent_id: "b", question: "Who?" } });
  expect(toExchanges([job.queued(asked), other], "a", []).map((one) => one.question)).toEqual(["Why?"]);
});

it("an answer brings the chunks it used, with their text where it is loaded", () => {
  const answered = job.succeeded({ ...asked, result: { answer: "So.", chunks: [chunk, { ...chunk, id: "c2" }] } });
  const [exchange] = toExchanges([answered], "a", [{ ...chunk, text: "Because." }]);
  expect(exchange).toMatchObject({ answer: "So.", chunks: [{ text: "Because." }, { text: undefined }] });
});

it("a question that waits has no answer yet", () => {
  expect(toExchanges([job.running(asked)], "a", [])[0]).toMatchObject({ answer: null, chunks: [] });
});

it("a question that is too long for a list is still the agent's, and brings its answer", () => {
  const long = job.succeeded({ payload: null, omitted: ["payload"], result: { answer: "So." } });
  expect(toExchanges([long], "a", [])).toMatchObject([{ question: null, answer: "So." }]);
});
