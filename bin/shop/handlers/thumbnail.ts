import { type BucketClient, objects } from 'faasten/runtime';
import { Jimp } from 'jimp';
import { keys } from '../model.js';

/** Makes a small picture of each one that is uploaded. Written in JavaScript, jimp runs on every target and processor. */
export default objects<{ photos: BucketClient }>(async (event, { links, log }) => {
  const product = /^raw\/(.+)\.jpg$/.exec(event.key)?.[1];
  const stored = product && (await links.photos.get(event.key));
  if (!stored) return;
  const picture = await Jimp.read(Buffer.from(await stored.bytes()));
  picture.scaleToFit({ w: 200, h: 200 });
  await links.photos.put(keys.thumbnail(product), await picture.getBuffer('image/jpeg', { quality: 80 }), {
    contentType: 'image/jpeg',
  });
  log.info('thumbnail made', { product, width: picture.width, height: picture.height });
});
