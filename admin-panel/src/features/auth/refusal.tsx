import { Alert } from "@mantine/core";

import classes from "./sign-in-page.module.css";

export const Refusal = ({ children }: { children: string }) => (
  <Alert color="red" role="alert" classNames={{ message: classes.refusal }}>{children}</Alert>
);
