import { ActionIcon, Button, FileButton, Group, Input, Text } from "@mantine/core";
import type { ReactNode } from "react";

import type { ContextDocument } from "./api";
import classes from "./documents-input.module.css";

import { Icon } from "@/components/icon";
import { byteLength, bytes } from "@/lib/format";


type DocumentsInputProps = { value?: ContextDocument[]; onChange?: (documents: ContextDocument[]) => void; error?: ReactNode };

const TEXT_FILES = ".txt,.md,.markdown,.csv,.tsv,.json,.yaml,.yml,.xml,.html,.log,.rst,text/*";

/** Text files, read here: the API takes names and texts. A file chosen again replaces its older self. */
export function DocumentsInput({ value = [], onChange, error }: DocumentsInputProps) {
  const add = async (files: File[]) => {
    const read = await Promise.all(files.map(async (file) => ({ name: file.name, text: await file.text() })));
    const names = new Set(read.map((one) => one.name));
    onChange?.([...value.filter((one) => !names.has(one.name)), ...read]);
  };
  const remove = (name: string) => onChange?.(value.filter((one) => one.name !== name));
  return (
    <Input.Wrapper error={error}>
      <ul className={classes.list}>
        {value.map((one) => (
          <li key={one.name} className={classes.item}>
            <Text size="sm" truncate flex={1}>{one.name}</Text>
            <Text size="xs" c="dimmed">{bytes(byteLength(one.text))}</Text>
            <ActionIcon variant="subtle" color="gray" aria-label={`Remove ${one.name}`} onClick={() => remove(one.name)}><Icon name="close" /></ActionIcon>
          </li>
        ))}
      </ul>
      <Group gap="sm" mb={4}>
        <FileButton multiple accept={TEXT_FILES} onChange={(files) => void add(files)}>
          {(props) => <Button {...props} variant="default" size="xs" leftSection={<Icon name="plus" />}>Add text files</Button>}
        </FileButton>
        {value.length === 0 && <Text size="sm" c="dimmed">Text, Markdown, CSV, JSON and the like</Text>}
      </Group>
    </Input.Wrapper>
  );
}
