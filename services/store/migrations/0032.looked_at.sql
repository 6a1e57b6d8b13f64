-- When the picture's writer last found how things are: that it holds the lease says only that it tries to.
alter table picture add column looked_at timestamptz;
