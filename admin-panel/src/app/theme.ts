import { createTheme, type CSSVariablesResolver, type MantineColorsTuple } from "@mantine/core";

const tide: MantineColorsTuple = [
  "#edf6fb", "#d8eaf5", "#b0d4ea", "#84bbdd", "#5fa5d1", "#4795c6", "#3484b8", "#256f9f", "#1b5e86", "#114a6b",
];
const slate: MantineColorsTuple = [
  "#d5dce4", "#b9c3ce", "#9aa7b5", "#8291a1", "#3e4b58", "#2b3641", "#1d2731", "#171f27", "#10171e", "#0b1016",
];

/** One scale of type, one of space: screens use these names and no numbers. */
export const theme = createTheme({
  primaryColor: "tide",
  primaryShade: { light: 8, dark: 7 },
  colors: { tide, dark: slate },
  fontFamily: 'Inter, system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif',
  fontFamilyMonospace: 'ui-monospace, "SF Mono", SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace',
  fontSizes: { xs: "12px", sm: "13px", md: "14px", lg: "16px", xl: "20px" },
  lineHeights: { xs: "1.4", sm: "1.45", md: "1.5", lg: "1.5", xl: "1.3" },
  spacing: { xs: "8px", sm: "12px", md: "16px", lg: "24px", xl: "32px" },
  radius: { xs: "3px", sm: "5px", md: "7px", lg: "10px", xl: "14px" },
  defaultRadius: "md",
  headings: {
    fontWeight: "620",
    sizes: {
      h1: { fontSize: "20px", lineHeight: "1.3" },
      h2: { fontSize: "15px", lineHeight: "1.4" },
      h3: { fontSize: "13px", lineHeight: "1.4" },
    },
  },
  components: {
    Modal: { defaultProps: { centered: true }, styles: { title: { fontWeight: 620 } } },
    // The placeholder would be a child without a role, which a menu may not have.
    Menu: { defaultProps: { withInitialFocusPlaceholder: false } },
  },
  cursorType: "pointer",
  respectReducedMotion: true,
});

/** Mantine's own greys for dimmed text, placeholders and errors are too faint for WCAG AA. */
export const cssVariables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    "--mantine-color-body": "#ffffff",
    "--mantine-color-text": "#1b242d",
    "--mantine-color-dimmed": "#586470",
    "--mantine-color-placeholder": "#69747f",
    "--mantine-color-error": "#b42d2d",
    "--mantine-color-anchor": "#1b5e86",
    "--mantine-color-default-border": "#d3dae1",
  },
  dark: {
    "--mantine-color-body": "#171f27",
    "--mantine-color-text": "#dbe2ea",
    "--mantine-color-dimmed": "#9aa7b5",
    "--mantine-color-placeholder": "#92a0af",
    "--mantine-color-error": "#f5938c",
    "--mantine-color-anchor": "#8cc4e8",
    "--mantine-color-default": "#1d2731",
    "--mantine-color-default-hover": "#24303b",
    "--mantine-color-default-border": "#374451",
  },
});
