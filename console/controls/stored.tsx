// Owns how a text of a log is shown: shortened until somebody asks for all of it, and fetched when it is kept as
// an artifact. It is a model's or a stranger's text: always text, never markup.
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { StoredText } from "../../contract/artifact.ts";
import { readArtifact } from "../api/gateway.ts";
import { Button } from "./button.tsx";
import { failureWords } from "./notice.tsx";
import styles from "./stored.module.css";
import { bytes } from "./time-words.ts";

/** Of a text that is shortened: characters, and lines. */
const SHORT = { characters: 480, lines: 6 };

export interface StoredProps {
  readonly value: StoredText;
  /** JSON, code: in letters of one width. */
  readonly code?: boolean;
}

export function Stored({ value, code = false }: StoredProps) {
  if ("text" in value) return <Shortened text={value.text} code={code} />;
  return <Fetched sha256={value.artifact.sha256} size={value.artifact.size} code={code} />;
}

interface FetchedProps {
  readonly sha256: string;
  readonly size: number;
  readonly code: boolean;
}

function Fetched({ sha256, size, code }: FetchedProps) {
  const [wanted, setWanted] = useState(false);
  const { data, error, isLoading } = useArtifact(sha256, wanted);
  if (data !== undefined) return <Shortened text={data} code={code} />;
  return (
    <span>
      <Button look="plain" disabled={isLoading} onClick={() => setWanted(true)}>
        {isLoading ? "Fetching …" : `Show ${bytes(size)}`}
      </Button>{" "}
      {error === null ? null : <span role="alert">{failureWords(error)}</span>}
    </span>
  );
}

/** It never changes: its name is its digest. */
export function useArtifact(sha256: string, wanted = true) {
  return useQuery({
    queryKey: ["artifact", sha256],
    queryFn: ({ signal }) => readArtifact(sha256, signal),
    enabled: wanted,
    staleTime: Infinity,
  });
}

function Shortened({ text, code }: { text: string; code: boolean }) {
  const [all, setAll] = useState(false);
  const lines = text.split("\n");
  const long = text.length > SHORT.characters || lines.length > SHORT.lines;
  const short = lines.slice(0, SHORT.lines).join("\n").slice(0, SHORT.characters);
  return (
    <span className={code ? `${styles["text"]} ${styles["code"]}` : styles["text"]}>
      {long && !all ? `${short} …` : text}
      {long ? (
        <Button look="bare" onClick={() => setAll(!all)} aria-expanded={all}>
          {all ? "Less" : `All ${bytes(text.length)}`}
        </Button>
      ) : null}
    </span>
  );
}

/** As people read JSON; what is none stays as it is. */
export function prettyJson(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
