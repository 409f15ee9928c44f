// A large picture for OpenSeadragon: its view of 2048 pixels as one tile, which is there at once, and its full size in the server's
// tiles, which are fetched where somebody looks closer than the view goes. The full size is what "1:1" means.
import type OpenSeadragon from 'openseadragon';
import type { Tiles } from '../api/types';

/** The box that the view fits within, in pixels. */
const VIEW = 2048;

/** The view's size as a share of the full one. A view that is a little smaller than its box is drawn as large. */
export const viewScale = (tiles: Tiles): number => Math.min(1, VIEW / Math.max(tiles.width, tiles.height));

/** `view` has been loaded. */
export function tiledSource(osd: typeof OpenSeadragon, view: HTMLImageElement, tiles: Tiles, tileUrl: (across: number, down: number) => string): OpenSeadragon.TileSource {
  const scale = viewScale(tiles);
  class Tiled extends osd.TileSource {
    override getLevelScale(level: number): number {
      return level === 0 ? scale : 1;
    }
    override getTileWidth(level: number): number {
      return level === 0 ? Math.ceil(tiles.width * scale) : tiles.side;
    }
    override getTileHeight(level: number): number {
      return level === 0 ? Math.ceil(tiles.height * scale) : tiles.side;
    }
    override getNumTiles(level: number): OpenSeadragon.Point {
      return level === 0 ? new osd.Point(1, 1) : new osd.Point(Math.ceil(tiles.width / tiles.side), Math.ceil(tiles.height / tiles.side));
    }
    override getTileUrl(level: number, across: number, down: number): string {
      return level === 0 ? view.src : tileUrl(across, down);
    }
    override downloadTileStart(job: OpenSeadragon.ImageJob): void {
      if (job.src === view.src) job.finish(view, null, 'image');
      else super.downloadTileStart(job);
    }
  }
  return new Tiled({ width: tiles.width, height: tiles.height, tileSize: tiles.side, tileOverlap: 0, minLevel: 0, maxLevel: 1 });
}
