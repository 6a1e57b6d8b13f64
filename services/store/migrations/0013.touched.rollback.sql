drop table touched;
