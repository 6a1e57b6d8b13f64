import type { RefObject } from "preact";
import { useState } from "preact/hooks";
import type { Site } from "../../api/types";
import "./find-site.css";

/** The first site whose name, town or code begins with the words, or else holds them. */
export function matching(sites: Site[], words: string): Site | undefined {
  const wanted = words.trim().toLowerCase();
  if (!wanted) return undefined;
  const names = (site: Site) =>
    [site.short_name, site.name, site.town, site.code].map((name) => name.toLowerCase());
  return (
    sites.find((site) => names(site).some((name) => name.startsWith(wanted))) ??
    sites.find((site) => names(site).some((name) => name.includes(wanted)))
  );
}

export interface FindSiteProps {
  sites: Site[];
  field: RefObject<HTMLInputElement | null>;
  onFound(code: string): void;
  onGo(code: string): void;
}

/** Finds a site's row: it is marked while one types, and Enter opens it. */
export function FindSite({ sites, field, onFound, onGo }: FindSiteProps) {
  const [words, setWords] = useState("");
  const found = matching(sites, words);
  return (
    <form
      class="find no-print"
      onSubmit={(event) => {
        event.preventDefault();
        if (found) onGo(found.code);
      }}
    >
      <label for="find-site" class="hidden">
        Find a site
      </label>
      <span class="find-said" aria-live="polite">
        {words.trim() && (found ? `${found.short_name}: Enter opens it` : "No site of that name")}
      </span>
      <input
        ref={field}
        id="find-site"
        type="text"
        autocomplete="off"
        placeholder="Find a site  /"
        value={words}
        onInput={(event) => {
          setWords(event.currentTarget.value);
          const site = matching(sites, event.currentTarget.value);
          if (site) onFound(site.code);
        }}
        onKeyDown={(event) => {
          if (event.key !== "Escape") return;
          setWords("");
          event.currentTarget.blur();
        }}
      />
    </form>
  );
}
