import { Popover, UnstyledButton } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";

import classes from "./nav.module.css";

import { Facts } from "@/components/facts";
import { Icon } from "@/components/icon";
import { readinessQuery, worry } from "@/lib/system";


export function SystemStatus() {
  const { data, error } = useQuery(readinessQuery);
  if (!data && !error) return null;
  const trouble = data && !error ? worry(data) : "Server away";
  return (
    <Popover position="top-start" width={264} withArrow>
      <Popover.Target>
        <UnstyledButton className={classes.footItem}>
          <Icon name={trouble ? "alert" : "check"} className={trouble ? classes.care : classes.good} />
          <span className={classes.footText}>{trouble ?? "All parts ready"}</span>
        </UnstyledButton>
      </Popover.Target>
      <Popover.Dropdown>
        {error ? error.message : <Facts facts={[["Database", data?.database], ["Broker", data?.broker], ["Workers", data?.workers]]} />}
      </Popover.Dropdown>
    </Popover>
  );
}
