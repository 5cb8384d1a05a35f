import { Alert, Button, Group, Stack, Textarea } from "@mantine/core";
import { getHotkeyHandler } from "@mantine/hooks";
import { useInfiniteQuery, useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { toExchanges } from "./answers";
import { askAgent, chunksQuery, questionsQuery, type AgentDetail } from "./api";
import { ExchangeView } from "./exchange-view";

import { Icon } from "@/components/icon";
import { Panel } from "@/components/page";
import { jobKeys } from "@/lib/jobs";
import { flatten } from "@/lib/pages";
import { useMay } from "@/lib/session";


// The server's own limit, in characters.
const QUESTION_LIMIT = 8000;

export function Ask({ agent }: { agent: AgentDetail }) {
  const may = useMay("operator");
  const questions = useInfiniteQuery(questionsQuery(agent.id, agent.projectId));
  const chunks = useInfiniteQuery(chunksQuery(agent.id));
  const exchanges = toExchanges(flatten(questions.data), agent.id, flatten(chunks.data));
  if (!may && exchanges.length === 0) return null;
  return (
    <Panel title={may ? "Ask a question" : "Questions"}>
      <Stack gap="md">
        {may && <QuestionForm agentId={agent.id} />}
        {exchanges.map((exchange) => <ExchangeView key={exchange.job.id} exchange={exchange} />)}
      </Stack>
    </Panel>
  );
}

function QuestionForm({ agentId }: { agentId: string }) {
  const [question, setQuestion] = useState("");
  const ask = useAsk(agentId, () => setQuestion(""));
  const send = () => {
    if (question.trim() && !ask.isPending) ask.mutate(question.trim());
  };
  return (
    <form onSubmit={(event) => { event.preventDefault(); send(); }}>
      <Textarea aria-label="Question" placeholder="What would you like to know about its context?" autosize minRows={2} maxRows={8} maxLength={QUESTION_LIMIT} value={question}
        onChange={(event) => setQuestion(event.currentTarget.value)} onKeyDown={getHotkeyHandler([["mod+Enter", send]])} />
      {ask.error && <Alert color="red" mt="xs" role="alert">{ask.error.message}</Alert>}
      <Group justify="flex-end" mt="xs">
        <Button type="submit" size="xs" leftSection={<Icon name="send" />} loading={ask.isPending} disabled={!question.trim()}>Ask</Button>
      </Group>
    </form>
  );
}

function useAsk(agentId: string, onSent: () => void) {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (question: string) => askAgent(agentId, question),
    onSuccess: async () => {
      onSent();
      await cache.invalidateQueries({ queryKey: jobKeys.lists });
    },
  });
}
