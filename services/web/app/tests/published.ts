// The published descriptions themselves: what the server gives is what the page must be able to draw.
import { readFileSync, readdirSync } from 'node:fs';
import type { Questionnaire } from '../src/api/questionnaire';

const folder = new URL('../../../../proto/questionnaires/', import.meta.url);
export const all = readdirSync(folder).sort().map((file) => JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as Questionnaire);
