import { type BucketReader, http } from 'faasten/runtime';

export default http<{ photos: BucketReader }>(async (_request, { params, links }) => {
  const photo = await links.photos.get(`thumbnails/${params.path}`);
  if (!photo) return new Response(null, { status: 404 });
  return new Response(await photo.bytes(), {
    headers: { 'content-type': photo.contentType ?? 'image/jpeg', 'cache-control': 'public, max-age=86400' },
  });
});
