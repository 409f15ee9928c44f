// The routes, as data. A path is matched by its segments; ":id" takes one segment.

export type RouteName = 'home' | 'sign-in' | 'link' | 'phone' | 'in' | 'new' | 'draft' | 'case' | 'errors' | 'work' | 'read' | 'ended' | 'board' | 'calls' | 'absence' | 'program' | 'admin' | 'me' | 'people' | 'nowhere';
export interface Route { name: RouteName; params: Record<string, string> }

const table: [RouteName, string][] = [
  ['home', '/'], ['sign-in', '/sign-in'], ['link', '/link'], ['phone', '/phone'],
  ['in', '/in'], ['new', '/new'], ['draft', '/new/:id'], ['case', '/case/:id'], ['errors', '/errors'],
  ['work', '/work'], ['read', '/read/:id'], ['ended', '/ended'], ['board', '/board'], ['calls', '/calls'], ['absence', '/absence'],
  ['program', '/program'], ['program', '/program/study/:part'], ['program', '/program/:id'], ['admin', '/admin'], ['admin', '/admin/:part'], ['admin', '/admin/:part/:id'],
  ['me', '/me'], ['people', '/people'],
];

const segments = (path: string) => path.split('/').filter((part) => part !== '');

export function match(path: string): Route {
  const asked = segments(path);
  for (const [name, pattern] of table) {
    const wanted = segments(pattern);
    if (wanted.length !== asked.length) continue;
    const params: Record<string, string> = {};
    const fits = wanted.every((part, i) => {
      const value = asked[i] ?? '';
      if (!part.startsWith(':')) return part === value;
      params[part.slice(1)] = decode(value);
      return true;
    });
    if (fits) return { name, params };
  }
  return { name: 'nowhere', params: {} };
}

function decode(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}
