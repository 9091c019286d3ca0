import { type BucketClient, http } from 'faasten/runtime';
import { keys, products } from '../model.js';

/** Gives the browser an address to upload to, so that pictures never pass through a function. */
export default http<{ photos: BucketClient }>(async (_request, { params, links }) => {
  if (!products.some((product) => product.id === params.id)) {
    return Response.json({ title: `there is no product '${params.id}'`, status: 404 }, { status: 404 });
  }
  const url = await links.photos.signedUrl(keys.rawPhoto(params.id!), { method: 'PUT', expiresInSeconds: 300 });
  return Response.json({ url, method: 'PUT' });
});
