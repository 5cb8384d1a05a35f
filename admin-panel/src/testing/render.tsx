import { MantineProvider } from "@mantine/core";
import { render } from "@testing-library/react";
import type { ReactElement } from "react";

export const draw = (element: ReactElement) => render(<MantineProvider env="test">{element}</MantineProvider>);
