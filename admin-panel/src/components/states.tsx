import { Button, Skeleton, Stack, Text, Title } from "@mantine/core";
import type { ReactNode } from "react";

import { Icon, type IconName } from "./icon";
import classes from "./states.module.css";

/** `whole`: it stands for the page, so its title is the page's heading. */
const StateTitle = ({ whole, children }: { whole: boolean; children: string }) =>
  whole ? <Title order={1} size="md">{children}</Title> : <Text fw={600}>{children}</Text>;

type EmptyProps = { whole?: boolean; title: string; children?: ReactNode; icon?: IconName; action?: ReactNode };

export function Empty({ whole = false, title, children, icon = "inbox", action }: EmptyProps) {
  return (
    <div className={classes.state}>
      <Icon name={icon} size={28} className={classes.icon} />
      <StateTitle whole={whole}>{title}</StateTitle>
      {children && <Text c="dimmed" size="sm" maw={420}>{children}</Text>}
      {action && <div className={classes.action}>{action}</div>}
    </div>
  );
}

type FailureProps = { whole?: boolean; error: Error; onRetry?: () => void };

export function Failure({ whole = false, error, onRetry }: FailureProps) {
  return (
    <div className={classes.state} role="alert">
      <Icon name="alert" size={28} className={classes.alert} />
      <StateTitle whole={whole}>This could not be loaded</StateTitle>
      <Text c="dimmed" size="sm" maw={480}>{error.message}</Text>
      {onRetry && <Button className={classes.action} variant="default" size="xs" onClick={onRetry}>Try again</Button>}
    </div>
  );
}

/** Lines in the place where text will be, so that nothing jumps. */
export function Loading({ lines = 4 }: { lines?: number }) {
  return (
    <Stack gap="sm" p="md" role="status" aria-label="Loading">
      {Array.from({ length: lines }, (_, line) => (
        <Skeleton key={line} height={14} width={`${92 - ((line * 17) % 40)}%`} />
      ))}
    </Stack>
  );
}

type Asked<T> = { data: T | undefined; error: Error | null; refetch: () => unknown };
type LoadedProps<T> = { whole?: boolean; query: Asked<T>; lines?: number; children: (data: T) => ReactNode };

/** Waiting and failing leave first; what was loaded once stays visible when a later refresh fails. */
export function Loaded<T>({ whole, query, lines, children }: LoadedProps<T>) {
  if (query.data !== undefined) return children(query.data);
  if (query.error) return <Failure whole={whole} error={query.error} onRetry={() => void query.refetch()} />;
  return <Loading lines={lines} />;
}
