import { manyOf, text } from "@/lib/search";
import { WORKFLOW_STATES, type WorkflowFilter } from "@/lib/workflows";

export const TABS = ["graph", "timeline"] as const;
export type Tab = (typeof TABS)[number];

export const workflowSearch = (raw: Record<string, unknown>): WorkflowFilter => ({
  state: manyOf(WORKFLOW_STATES, raw.state),
  project_id: text(raw.project_id),
});

export const tabSearch = (raw: Record<string, unknown>): { view?: Tab } => ({ view: TABS.find((one) => one === raw.view) });
