drop table origin;
