drop table kafka_offset;
