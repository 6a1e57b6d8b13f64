/** Whoever acted, in words: "site manager rvv01". */
export const byWhom = (who: string) => who.replaceAll("-", " ");
