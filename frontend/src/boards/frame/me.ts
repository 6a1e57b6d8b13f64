import { fetchMe } from "../../api/client";
import type { Me } from "../../api/types";
import { live } from "../../store";
import { useFetched } from "./fetched";

/** Who asks, once it is known. */
export const useMe = (): Me | null => useFetched(fetchMe, live.reads.value);
