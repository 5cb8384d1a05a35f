import { ActionIcon } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";

import classes from "./banners.module.css";
import { useDismissed } from "./use-dismissed";

import { Icon } from "@/components/icon";
import { alertsQuery, type Alert } from "@/lib/alerts";

/** What needs care, on every page until it is mended or put away for this session. */
export function Banners() {
  const alerts = useQuery(alertsQuery).data?.items;
  const [dismissed, dismiss] = useDismissed(alerts);
  const shown = (alerts ?? []).filter((alert) => !dismissed.includes(alert.id));
  return (
    <div role="region" aria-label="Alerts" aria-live="polite" className={classes.banners}>
      {shown.map((alert) => <Banner key={alert.id} alert={alert} onDismiss={() => dismiss(alert.id)} />)}
    </div>
  );
}

const Banner = ({ alert, onDismiss }: { alert: Alert; onDismiss: () => void }) => (
  <div className={classes.banner} data-severity={alert.severity}>
    <Icon name="alert" className={classes.icon} />
    <p className={classes.text}><b>{alert.message}</b> {alert.advice} <Link to={alert.link} className={classes.link}>Look</Link></p>
    <ActionIcon variant="transparent" size="sm" className={classes.dismiss} aria-label={`Dismiss: ${alert.message}`} onClick={onDismiss}><Icon name="close" size={14} /></ActionIcon>
  </div>
);
