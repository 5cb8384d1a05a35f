import { Autocomplete, TextInput } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { useState } from "react";

import { Icon, type IconName } from "./icon";

type DebouncedInputProps = {
  label: string;
  /** Above the field, where it stands among fields that have their labels there. */
  labelShown?: boolean;
  placeholder: string;
  value: string | undefined;
  onChange: (value: string | undefined) => void;
  icon?: IconName;
  /** What it could be; anything else may be typed as well. */
  suggestions?: string[];
  className?: string;
};

/** Tells what was typed after a short rest, and follows the value when it changes elsewhere (back button, "clear"). */
export function DebouncedInput({ label, labelShown = false, placeholder, value = "", onChange, icon, suggestions, className }: DebouncedInputProps) {
  const [draft, setDraft] = useState(value);
  const [told, setTold] = useState(value);
  const [seen, setSeen] = useState(value);
  if (value !== seen) {
    setSeen(value);
    // Our own word coming back must not overwrite what was typed since.
    if (value !== told) setDraft(value);
    setTold(value);
  }
  const tell = useDebouncedCallback((typed: string) => {
    setTold(typed.trim());
    onChange(typed.trim() || undefined);
  }, 300);
  const type = (typed: string) => {
    setDraft(typed);
    tell(typed);
  };
  const common = { ...(labelShown ? { label } : { "aria-label": label }), placeholder, value: draft, className, leftSection: icon && <Icon name={icon} />, "data-search": icon && true };
  if (suggestions) return <Autocomplete {...common} data={suggestions} onChange={type} clearable />;
  return <TextInput {...common} onChange={(event) => type(event.currentTarget.value)} />;
}
