// The names of body sites for the department's screens, from the list that the service itself is built with: the office's
// screens ask the service for it, which answers offices only. A part of the specialist's screens, so no office downloads it.
import csv from '../../../../kit/data/body_sites.csv?raw';
import { siteNames } from '../i18n/sites.svelte';
import { siteRows } from '../text/site-rows';

siteNames.learn(siteRows(csv));
