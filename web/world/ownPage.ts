/** Worlds with a page of their own (web/<slug>.html), which this one cannot show: one goes there as by any link. */

/** By web/vite.config.ts. */
declare const __OWN_PAGES__: readonly string[];

export const hasOwnPage = (slug: string): boolean => __OWN_PAGES__.includes(slug);
