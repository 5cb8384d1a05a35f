import { useDebouncedValue } from "@mantine/hooks";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";

import { matches, type Command, type Tools } from "./commands";

import type { IconName } from "@/components/icon";
import { stateWord } from "@/components/state-badge";
import { agentListQuery } from "@/features/agents/api";
import { jobListQuery } from "@/lib/jobs";
import { flatten } from "@/lib/pages";

export type Entry = { id: string; title: string; note?: string; icon: IconName; keys?: string; run: () => void };
export type Section = { title: string; entries: Entry[] };

const REST_MS = 200;
const JOBS = 6;
const AGENTS = 5;

type Asked = { query: string; commands: readonly Command[]; tools: Tools };

/** What the palette offers: pages and actions at once, jobs and agents when the server has answered. */
export function useSections({ query, commands, tools }: Asked): { sections: Section[]; searching: boolean } {
  const asked = query.trim();
  const [rested] = useDebouncedValue(asked, REST_MS);
  const jobs = useJobs(rested);
  const agents = useAgents(asked);
  const listed = commands.filter(({ title, also, unlisted }) => !unlisted && matches(asked, title, also));
  const group = (name: Command["group"]) => listed.filter((command) => command.group === name).map((command) => toEntry(command, tools));
  const found = [
    { title: "Go to", entries: group("Go to") },
    { title: "Actions", entries: [...group("Do"), ...group("Help")] },
    { title: "Agents", entries: agents },
    { title: asked ? "Jobs" : "Newest jobs", entries: jobs.entries },
  ];
  return { sections: found.filter(({ entries }) => entries.length > 0), searching: rested !== asked || jobs.searching };
}

const toEntry = ({ title, icon, keys, run }: Command, tools: Tools): Entry => ({ id: title, title, icon, keys, run: () => run(tools) });

function useJobs(q: string): { entries: Entry[]; searching: boolean } {
  const navigate = useNavigate();
  const { data, isFetching } = useInfiniteQuery(jobListQuery(q ? { q } : {}, JOBS));
  const entries = flatten(data).slice(0, JOBS).map(({ id, task, state, projectId }) => ({
    id,
    title: task,
    note: [`…${id.slice(-8)}`, stateWord(state), projectId].filter(Boolean).join(" · "),
    icon: "jobs" as const,
    run: () => void navigate({ to: "/jobs/$jobId", params: { jobId: id } }),
  }));
  return { entries, searching: isFetching && !data };
}

function useAgents(query: string): Entry[] {
  const navigate = useNavigate();
  const { data } = useInfiniteQuery(agentListQuery());
  if (!query) return [];
  const found = flatten(data).filter(({ id, name, role, projectId }) => matches(query, id, name, role, projectId));
  return found.slice(0, AGENTS).map(({ id, name, projectId, state }) => ({
    id,
    title: name,
    note: `${projectId} · ${state}`,
    icon: "agents",
    run: () => void navigate({ to: "/agents/$agentId", params: { agentId: id } }),
  }));
}
