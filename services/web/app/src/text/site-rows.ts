// Reads the list of body sites: code,system,en,nb. A field with a comma stands in quotation marks; none holds a quotation mark.
import type { BodySite } from '../api/types';

export function siteRows(csv: string): BodySite[] {
  return csv.split(/\r?\n/).slice(1).filter(Boolean).map((line) => {
    const [code = '', system = '', en = '', nb = ''] = [...line.matchAll(/(?:^|,)(?:"([^"]*)"|([^,]*))/g)].map((m) => m[1] ?? m[2] ?? '');
    return { code, system, en, nb };
  });
}
