import type { AgentDefinition } from "@/lib/definitions";

export const BLANK: AgentDefinition = {
  name: "",
  role: "",
  goal: "",
  instructions: "",
  profile: "",
  tools: [],
  requirements: [],
  artifacts: [],
  requires_approval: false,
};

const needed = (what: string) => (value: string) => (value.trim() ? null : what);

export const definitionRules = {
  name: (value: string) => (/^[a-z][a-z0-9_-]{0,59}$/.test(value) ? null : "A letter first, then lower-case letters, digits, _ and -, at most 60"),
  role: needed("Say what the agent is"),
  goal: needed("Say what the agent is for"),
  instructions: needed("Say how it should work"),
  profile: needed("Choose a model profile"),
};
